/** The page's few icons, drawn on a 20 × 20 grid with one stroke. */
const PATHS = {
  home: 'M3 9.5 10 3.5l7 6M5 8.5V16h10V8.5M8.5 16v-4h3v4',
  add: 'M10 4v12M4 10h12',
  runs: 'M3 16V4M3 16h14M6 12.5l3-4 3 2.5 4.5-6',
  models: 'M10 3 3.5 6.5 10 10l6.5-3.5L10 3ZM3.5 10 10 13.5 16.5 10M3.5 13.5 10 17l6.5-3.5',
  monitor: 'M2.5 10.5h3.5l2-6 4 11 2-5h3.5',
  upload: 'M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13v3h12v-3',
  stop: 'M5.5 5.5h9v9h-9z',
  play: 'M6.5 4.5 15 10l-8.5 5.5z',
  sun: 'M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1',
  moon: 'M16.5 11.5A6.8 6.8 0 0 1 8.5 3.5a6.8 6.8 0 1 0 8 8Z',
  menu: 'M3 6h14M3 10h14M3 14h14',
  close: 'M5 5l10 10M15 5 5 15',
  check: 'M4.5 10.5 8.5 14.5 15.5 6',
  warning: 'M10 3.5 17.5 16h-15L10 3.5ZM10 8v4M10 13.8v.4',
  error: 'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15ZM10 6.5V11M10 13.3v.4',
  info: 'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15ZM10 9v4.5M10 6.3v.4',
  arrow: 'M4 10h12M11.5 5.5 16 10l-4.5 4.5',
  back: 'M16 10H4M8.5 5.5 4 10l4.5 4.5',
  undo: 'M7 4 3.5 7.5 7 11M3.5 7.5H12a4.5 4.5 0 0 1 0 9H8',
  clear: 'M4.5 6h11M8 6V4h4v2M6 6l.7 10.5h6.6L14 6',
  download: 'M10 4v9M6.5 9.5 10 13l3.5-3.5M4 13v3h12v-3',
  rollback: 'M4 10a6 6 0 1 1 1.8 4.3M4 15v-4.2h4.2',
  pencil: 'M4 16l.8-3.4L13.5 4 16 6.5l-8.6 8.7L4 16ZM12 5.5 14.5 8',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  events: 'M3.5 5h1M3.5 10h1M3.5 15h1M8 5h8.5M8 10h8.5M8 15h5',
  funnel: 'M3 4h14l-5.5 6.5V16l-3-1.5v-4L3 4Z',
  up: 'M10 16V4M5 9l5-5 5 5',
  down: 'M10 4v12M5 11l5 5 5-5',
  copy: 'M7.5 7.5h9v9h-9zM12.5 7.5v-4h-9v9h4',
  image: 'M3.5 4.5h13v11h-13zM3.5 13l4-4 3.5 3.5 2-2 3.5 3M12.5 8h.1',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flexShrink: 0 }}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
