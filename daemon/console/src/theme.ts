// Light or dark: as the system is, or as the reader chose. Set before anything is painted.
export type Theme = "system" | "light" | "dark";

const name = "crmsyncd-theme";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function chosenTheme(): Theme {
  try {
    const kept = localStorage.getItem(name);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";  // storage is switched off
  }
}

export function chooseTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(name);
    else localStorage.setItem(name, theme);
  } catch {
    // Then it holds for this page only.
  }
  apply(theme);
}

function apply(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && systemIsDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  for (const listener of listeners) listener();
}

export function startTheme(): void {
  apply(chosenTheme());
  systemIsDark.addEventListener("change", () => apply(chosenTheme()));
}

// For what is painted and not styled, such as the chart.
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
