// Line icons, drawn here: 16 by 16, in the colour of the text around them. Never the only name of anything.
const paths = {
  overview: "M2 13.500h12M3.5 11V8M6.5 11V3.500M9.5 11V6M12.5 11V4.5",
  contacts: "M8 7.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.500c.4-2.6 2.3-4 5-4s4.6 1.4 5 4",
  jobs: "M2.5 4.5 4 6l2.5-3M9 4.500h5M2.5 10.5 4 12l2.5-3M9 10.500h5",
  syncs: "M13 6.500A5.3 5.3 0 0 0 3.5 5M3 9.500A5.3 5.3 0 0 0 12.5 11M3.3 2.500V5h2.500M12.7 13.500V11h-2.5",
  imports: "M8 2.500v7M5 6.700l3 3 3-3M2.5 10.500v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2",
  audit: "M4 2.500h6l2.5 2.500v8.500h-8.500zM6 6h2.500M6 8.500h4.500M6 11h4.5",
  settings: "M2.5 4.500h6M11.5 4.500h2M2.5 11.500h2M7.5 11.500h6M10 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM6 13a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  search: "M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.500l3 3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  close: "M4 4l8 8M12 4l-8 8",
  down: "M4.5 6.5 8 10l3.5-3.5",
  left: "M9.5 4.5 6 8l3.5 3.5",
  right: "M6.5 4.5 10 8l-3.5 3.5",
  check: "M3.5 8.500l3 3 6-7",
  warning: "M8 2.5 14 13H2zM8 6.500v3M8 11.300h.01",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.200l2 1.3",
  menu: "M2.5 4.500h11M2.5 8h11M2.5 11.500h11",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  mail: "M2.5 4h11v8.500h-11zM2.8 4.3 8 8.700l5.2-4.4",
  outside: "M6.5 3.500h-3v9h9v-3M9 2.500h4.500v4.500M13.3 2.7 7.5 8.5",
  help: "M6 6a2 2 0 1 1 2.8 1.900c-.6.3-.8.7-.8 1.400M8 11.700h.01M8 14.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z",
  user: "M8 7.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.500c.4-2.6 2.3-4 5-4s4.6 1.4 5 4",
  pause: "M5.5 3.500v9M10.5 3.500v9",
  file: "M4 2.500h5l3 3v8H4zM9 2.500v3h3",
  undo: "M5.5 3.5 2.5 6.500l3 3M2.5 6.500h7a3.5 3.5 0 0 1 0 7h-3",
  key: "M10.5 8a2.8 2.8 0 1 0-2.6-1.700L2.5 11.700v1.800h2v-1.500H6v-1.500l1.8-1.800c.7.7 1.7 1 2.7.300z",
};
export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
