/** What Chromium has to be told in session descriptions. */

/**
 * The offer `sdp` with a start bit rate for each video codec that can be sent. Chromium starts at about 300 kbit/s, which
 * makes the first pictures small; it reads this from the other side's description. Other browsers pass over it.
 */
export function withStartBitrate(sdp, kbps) {
  const hint = `x-google-start-bitrate=${kbps}`;
  if (sdp.includes("x-google-start-bitrate")) return sdp;
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.startsWith("m=video") ? hinted(section, hint) : section))
    .join("");
}

function hinted(section, hint) {
  return section
    .split("\r\n")
    .flatMap((line) => {
      if (/^a=fmtp:\d+ /.test(line)) return line.includes("apt=") ? [line] : [`${line};${hint}`];
      const payload = /^a=rtpmap:(\d+) (?!rtx|red|ulpfec|flexfec)/.exec(line)?.[1];
      return payload && !section.includes(`a=fmtp:${payload} `) ? [line, `a=fmtp:${payload} ${hint}`] : [line];
    })
    .join("\r\n");
}
