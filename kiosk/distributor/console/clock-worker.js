/** Timers for clock.js: browsers slow down a hidden page's own timers (to one a minute), but not a worker's. */

const timers = new Map();

self.onmessage = ({ data: { id, ms, every, stop } }) => {
  if (stop) {
    clearTimeout(timers.get(id));
    clearInterval(timers.get(id));
    timers.delete(id);
  } else {
    timers.set(id, (every ? setInterval : setTimeout)(() => self.postMessage(id), ms));
  }
};
