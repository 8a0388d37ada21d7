// Reads the machine-readable strip of kiosk/media/framecode.py out of a <video> (or a canvas), whatever its size.
// The layout's constants are those of that module; a test holds both readers against the same pixels.

const COLUMNS = 32, ROWS = 2, HEIGHT_SHARE = 9;
const CHECK_PRIME = 4093, FRAME_FACTOR = 7, TIME_FACTOR = 13, CHECK_START = 99;
const LEAST_CONTRAST = 40, LEAST_DISTANCE = 0.15, LEAST_CELL = 3;

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, place) => first + place);
const WHITE_CELLS = [0, 63], BLACK_CELLS = [31, 32];
const FRAME_CELLS = range(1, 24), TIME_CELLS = range(33, 56), CHECK_CELLS = [...range(25, 30), ...range(57, 62)];

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });

/** The code in the picture that `source` shows now, or null where no valid strip can be read. */
export function readCode(source) {
  const width = source.videoWidth ?? source.width, height = source.videoHeight ?? source.height;
  if (!width || !height) return null;
  const strip = height / HEIGHT_SHARE, cellWidth = width / COLUMNS, cellHeight = strip / ROWS;
  if (cellWidth < LEAST_CELL || cellHeight < LEAST_CELL) return null;
  const top = Math.floor(height - strip);
  canvas.width = width;
  canvas.height = height - top;
  context.drawImage(source, 0, top, width, height - top, 0, 0, width, height - top);
  const { data } = context.getImageData(0, 0, width, height - top);
  const brightness = [];
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const rows = middle(height - strip + row * cellHeight, cellHeight).map((y) => y - top);
      brightness.push(mean(data, width, rows, middle(column * cellWidth, cellWidth)));
    }
  }
  return decode(brightness);
}

/** What 64 cells of this brightness (0..255) say, or null. */
export function decode(brightness) {
  const white = Math.min(...WHITE_CELLS.map((cell) => brightness[cell]));
  const black = Math.max(...BLACK_CELLS.map((cell) => brightness[cell]));
  if (white - black < LEAST_CONTRAST) return null;
  const grey = (white + black) / 2, least = LEAST_DISTANCE * (white - black);
  if (brightness.some((value) => Math.abs(value - grey) < least)) return null;
  const number = (cells) => cells.reduce((value, cell) => value * 2 + (brightness[cell] > grey ? 1 : 0), 0);
  const frame = number(FRAME_CELLS), time_ms = number(TIME_CELLS);
  const check = (frame * FRAME_FACTOR + time_ms * TIME_FACTOR + CHECK_START) % CHECK_PRIME;
  return check === number(CHECK_CELLS) ? { frame, time_ms } : null;
}

// The first and the end of the pixels in the middle third of a cell, which blurred edges don't reach.
function middle(start, length) {
  const first = Math.floor(start + length / 3);
  return [first, Math.max(first + 1, Math.floor(start + (2 * length) / 3))];
}

function mean(data, width, [top, bottom], [left, right]) {
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * width + x) * 4;
      sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    }
  }
  return sum / ((bottom - top) * (right - left));
}
