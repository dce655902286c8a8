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
const day = 86_400;  // seconds
const areasFrom = 15;  // days: fewer are bars, of which one can be seen, too

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

function options(width: number, all: HistoryDay[], reasons: Reason[], onHover: Props["onHover"]): uPlot.Options {
  const days = all.length;
  const first = days > 0 ? Date.parse(all[0]!.day) / 1000 : 0;
  const bars = days < areasFrom;
  const paths = bars ? { paths: uPlot.paths.bars!({ size: [0.6, 64] }) } : {};
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false },
    font: "11px system-ui, sans-serif" };
  return {
    width,
    height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: true, ...(bars ? { range: () => [first - day / 2, first + (days - 0.5) * day] as uPlot.Range.MinMax } : {}) }, y: { range: (_, __, most) => [0, Math.max(5, most * 1.08)] } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    axes: [
      { ...axis, grid: { show: false }, size: 28, values: (_, splits) => splits.map(dayOfSeconds), space: 64,
        incrs: [1, 2, 7, 14, 30, 61, 91].map((n) => n * day) },
      { ...axis, size: 56, values: (_, splits) => splits.map((value) => Number.isInteger(value) ? number(value) : "") },
    ],
    series: [{}, ...[...reasons].reverse().map((reason) => ({
      stroke: color("--panel"),
      fill: color(`--reason-${reason}`),
      width: bars ? 0 : 1,
      ...paths,
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
      plot = new uPlot(options(element.clientWidth, days, reasons, (index) => hover.current(index)), stacked(days, reasons), element);
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
