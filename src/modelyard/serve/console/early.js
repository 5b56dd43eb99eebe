// Before anything is drawn: the theme that was chosen, so that the page does not flash.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed in some private windows: the system's theme stays.
}
