// Numbers, dates and names as the reader writes them.

const locale = undefined;  // the browser's
const whole = new Intl.NumberFormat(locale);
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const utcDay = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const list = new Intl.ListFormat(locale, { type: "conjunction" });

export const number = (value: number) => whole.format(value);
export const percent = (share: number) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 })
  .format(share);
export const dateTime = (at: string) => moment.format(new Date(at));
export const exactTime = (at: string) => exact.format(new Date(at));
export const day = (text: string) => utcDay.format(new Date(text));
export const dayOfSeconds = (seconds: number) => shortDay.format(new Date(seconds * 1000));
export const listOf = (parts: string[]) => list.format(parts);

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000],
];

// "3 min ago", "in 20 sec"; what is longer ago than a week as a date.
export function ago(at: string, now = Date.now()): string {
  const passed = new Date(at).getTime() - now;
  if (Math.abs(passed) > 7 * 86_400_000) return moment.format(new Date(at));
  for (const [unit, length] of steps)
    if (Math.abs(passed) >= length || unit === "second") return relative.format(Math.trunc(passed / length), unit);
  return "";
}

const unit = (value: number, name: string, unitDisplay: "short" | "long" = "short") =>
  new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay, maximumFractionDigits: 1 })
    .format(value);

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return unit(milliseconds, "millisecond");
  if (milliseconds < 60_000) return unit(milliseconds / 1000, "second");
  if (milliseconds < 3_600_000) return unit(milliseconds / 60_000, "minute");
  if (milliseconds <= 172_800_000) return unit(milliseconds / 3_600_000, "hour");
  return unit(milliseconds / 86_400_000, "day");
}

export const seconds = (value: number) => duration(value * 1000);

export function bytes(value: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let at = 0;
  while (value >= 1000 && at < units.length - 1) (value /= 1000), ++at;
  return unit(value, units[at]!, at === 0 ? "long" : "short");
}

// A link of the CRM, if it is one that may be followed.
export function safeUrl(text: string | null | undefined): string | null {
  return text && /^https?:\/\//i.test(text) ? text : null;
}
