/** Dark or light: as the system says, until the agent chooses. */

const KEY = "kiosk-console-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Shows the chosen theme, and follows the system while none is chosen; `onChange` gets `dark` or `light`. */
export function startTheme(onChange) {
  const show = () => {
    document.documentElement.dataset.theme = current();
    onChange(current());
  };
  dark.addEventListener("change", show);
  show();
  return show;
}

/** Chooses the other one, for this browser. */
export function toggleTheme(show) {
  stored(current() === "dark" ? "light" : "dark");
  show();
}

function current() {
  return stored() ?? (dark.matches ? "dark" : "light");
}

/** Browsers that keep nothing (private windows) still get the theme, until the page is closed. */
let chosen = null;
function stored(value) {
  try {
    if (value) localStorage.setItem(KEY, value);
    chosen = value ?? chosen ?? localStorage.getItem(KEY);
  } catch {
    chosen = value ?? chosen;
  }
  return chosen;
}
