/** The agent's own camera and microphone: taken together, watched, muted, let go. */

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const ASK = { camera: { video: VIDEO }, microphone: { audio: AUDIO } };
const KIND = { camera: "video", microphone: "audio" };
const WHY = { NotFoundError: "missing", NotAllowedError: "refused", SecurityError: "refused" };

/**
 * `onChange({state, faults})` with state `ready` or `fault` and faults like {device: "camera", why: "missing"}; why is
 * `missing`, `refused`, `busy`, `stopped` or `insecure` (of device `both`). `onStream(stream | null)` for the preview.
 */
export class Devices {
  #stream = null;
  #taking = null; // the promise of the current take(); a release makes it stale
  #stopped = new Set();

  constructor({ onChange, onStream }) {
    this.onChange = onChange;
    this.onStream = onStream;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#restore());
  }

  /** Switches both on; ends in onChange, unless released before. */
  async take() {
    const taking = navigator.mediaDevices ? navigator.mediaDevices.getUserMedia({ video: VIDEO, audio: AUDIO }) : refusal();
    this.#taking = taking;
    try {
      const stream = await taking;
      if (this.#taking !== taking) return stopAll(stream);
      this.#use(stream);
    } catch (error) {
      const faults = await diagnosis(error);
      if (this.#taking === taking) this.onChange({ state: "fault", faults });
    }
    return undefined;
  }

  /** Switches both off. */
  release() {
    this.#taking = null;
    if (this.#stream) stopAll(this.#stream);
    this.#stream = null;
    this.#stopped.clear();
    this.onStream(null);
  }

  /** Silences the microphone, or not; it stays open so that "unmute" is at once. */
  mute(on) {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  /** The live stream once both are on; rejects where they can't be had. */
  async stream() {
    if (!this.#stream) await this.#taking;
    if (!this.#stream) throw new Error("Camera and microphone are off.");
    return this.#stream;
  }

  #use(stream) {
    this.#stream = stream;
    for (const track of stream.getTracks()) this.#guard(track);
    this.onStream(stream);
    this.onChange({ state: "ready", faults: [] });
  }

  #guard(track) {
    track.onended = () => {
      this.#stopped.add(track.kind === "video" ? "camera" : "microphone");
      this.#report();
    };
  }

  #report() {
    this.onChange({ state: "ready", faults: Array.from(this.#stopped, (device) => ({ device, why: "stopped" })) });
  }

  /** A device that was pulled out in a call and is plugged in again comes back by itself. */
  async #restore() {
    const stream = this.#stream;
    for (const device of [...this.#stopped]) {
      const fresh = await navigator.mediaDevices.getUserMedia(ASK[device]).catch(() => null);
      if (!fresh) continue;
      if (this.#stream !== stream) return stopAll(fresh);
      this.#swap(device, fresh.getTracks()[0]);
    }
    return undefined;
  }

  #swap(device, track) {
    const old = this.#stream.getTracks().find(({ kind }) => kind === KIND[device]);
    track.enabled = old?.enabled ?? true;
    this.#stream.removeTrack(old);
    this.#stream.addTrack(track);
    this.#guard(track);
    this.#stopped.delete(device);
    this.onStream(this.#stream);
    this.#report();
  }
}

function stopAll(stream) {
  for (const track of stream.getTracks()) track.stop();
}

function refusal() {
  return Promise.reject(new DOMException("no mediaDevices", "InsecureContext"));
}

/** Which of the two it is, and why: getUserMedia tells only that one of them failed. */
async function diagnosis(error) {
  if (!navigator.mediaDevices) return [{ device: "both", why: "insecure" }];
  const faults = [];
  for (const device of Object.keys(ASK)) {
    const why = await faultOf(device, error);
    if (why) faults.push({ device, why });
  }
  return faults.length ? faults : [{ device: "camera", why: WHY[error.name] ?? "busy" }];
}

async function faultOf(device, error) {
  if (error.name === "NotAllowedError") {
    const permission = await navigator.permissions.query({ name: device }).catch(() => null);
    return permission?.state === "granted" ? null : "refused";
  }
  try {
    stopAll(await navigator.mediaDevices.getUserMedia(ASK[device]));
    return null;
  } catch (alone) {
    return WHY[alone.name] ?? "busy";
  }
}
