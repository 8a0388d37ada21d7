/** Plays the customer's picture and sound; a browser that wants a click first gets the picture at once, and says so. */

export class Player {
  constructor(video, { onPicture, onSilenced }) {
    Object.assign(this, { video, onPicture, onSilenced });
    video.addEventListener("loadeddata", () => video.videoWidth > 0 && onPicture());
  }

  /** Plays `stream`, or nothing for null. */
  async play(stream) {
    if (this.video.srcObject === stream) return;
    this.video.srcObject = stream;
    this.video.muted = false;
    if (stream) await this.#start();
  }

  /** Plays with sound, after a click or a key: true where the browser lets us. */
  async hear() {
    this.video.muted = false;
    return this.video.play().then(() => true, () => false);
  }

  async #start() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return; // replaced by a newer stream
      this.video.muted = true;
      this.onSilenced();
      await this.video.play().catch(() => undefined);
    }
  }
}
