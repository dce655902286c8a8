// Stacked areas on a canvas. Everything it shows is in the table beside it, too.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { HistoryDay, Reason } from "../api/types";
import { dayOfSeconds, number } from "../format";
import { onThemeChange } from "../theme";

interface Props {
  days: HistoryDay[];
  reasons: Reason[];  // the first is at the bottom
  label: string;
  onHover: (index: number | null) => void;
}

const height = 240;

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The topmost area first: each that comes after it covers what is below its own edge.
function stacked(days: HistoryDay[], reasons: Reason[]): uPlot.AlignedData {
  const sums: number[][] = [];
  let below = days.map(() => 0);
  for (const reason of reasons) {
    below = days.map((day, i) => below[i]! + (day.reasons[reason] ?? 0));
    sums.unshift(below);
  }
  return [days.map((day) => Date.parse(day.day) / 1000), ...sums];
}

function options(width: number, reasons: Reason[], onHover: Props["onHover"]): uPlot.Options {
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false },
    font: "11px system-ui, sans-serif" };
  return {
    width,
    height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(5, most * 1.08)] } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    axes: [
      { ...axis, grid: { show: false }, values: (_, splits) => splits.map(dayOfSeconds), space: 70 },
      { ...axis, size: 56, values: (_, splits) => splits.map((value) => Number.isInteger(value) ? number(value) : "") },
    ],
    series: [{}, ...[...reasons].reverse().map((reason) => ({
      stroke: color("--panel"),
      fill: color(`--reason-${reason}`),
      width: 1,
      points: { show: false },
    }))],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
  };
}

export function Chart({ days, reasons, label, onHover }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const hover = useRef(onHover);
  hover.current = onHover;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(element.clientWidth, reasons, (index) => hover.current(index)), stacked(days, reasons), element);
    };
    const resize = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    draw();
    resize.observe(element);
    const stop = onThemeChange(draw);
    return () => {
      stop();
      resize.disconnect();
      plot?.destroy();
    };
  }, [days, reasons.join()]);
  return <div ref={place} class="chart" role="img" aria-label={label} />;
}
