// What crosses from Python: the data of each component, and the answers of each route. Arrays are
// base64 of little-endian numbers; see `unpackAs`.

export type Labels = Record<string, string>;
/** A float32 array in base64. */
export type Packed = string;

/** What components.py adds to the data of every component. */
export interface Addresses {
  module: string;
  plotly: string;
}

/** A column of a run's history, and the chart that draws it. */
export interface Column {
  name: string;
  label: string;
  chart: "losses" | "outputs";
}

/** pages/ui/run/live.py */
export interface LiveData extends Addresses {
  run: string | null;
  status: string | null;
  speed: number;
  pace: "" | "hand" | "played";
  steps_per_epoch: number;
  step: number;
  players: "both" | "d" | "g";
  narrated: Narration | null;
  seen: string | null;
  ghost: string | null;
  epochs: number;
  epochs_done: number;
  equilibria: [number, string][];
  draw: string;
  probability: boolean;
  columns: Column[];
  features: string[];
  edges: number[][];
  real: number[][];
  quality: QualityData | null;
  labels: LiveLabels;
}

type ChartLabel =
  | "epoch"
  | "loss"
  | "output"
  | "undecided"
  | "real"
  | "generated"
  | "density"
  | "before"
  | "seeds"
  | "span"
  | "so_far"
  | "whole_run";
type StatusLabel = "rate" | "step" | "left" | "queued" | "unattended" | "progress" | "lost";
export type LiveLabels = Record<ChartLabel | StatusLabel, string> & { marks: Labels; players: Labels };

/** pages/ui/run/narration.py */
export interface Narration {
  picture: string;
  noise: string;
  fakes: string;
  real: string;
  loss: string;
  ready: string;
  lines: Labels;
  captions: Labels;
}

/** pages/ui/run/quality.py */
export interface QualityData {
  metrics: QualityMetric[];
  labels: Record<QualityLabel, string>;
}
type QualityLabel =
  | "scores"
  | "more"
  | "less"
  | "floor"
  | "left"
  | "none"
  | "alt"
  | "alt_floor"
  | "title"
  | "meaning"
  | "band"
  | "several";

export interface QualityMetric {
  name: string;
  label: string;
  arrow: string;
  better: string;
  help: string;
  axis: string;
  out_of: number;
  top: number | null;
}

/** pages/ui/run/arena.py */
export interface ArenaData extends Addresses {
  run: string;
  status: string;
  attempt: number;
  steps_per_epoch: number;
  query: string;
  others: string;
  labels: Labels;
}

/** pages/ui/run/timeline.py */
export interface TimelineData extends Addresses {
  run: string;
  active: boolean;
  attempt: number;
  steps_per_epoch: number;
  can_fork: boolean;
  labels: Labels;
}

/** pages/ui/settings/drawing.py */
export interface DrawData extends Addresses {
  drawing: string;
  most: number;
  labels: Labels;
}

/** pages/ui/parts/film.py */
export interface FilmData extends Addresses {
  film: string;
  labels: Labels;
}

/** pages/assets/film.json, written by tests/tools/record_home_film.py; bytes in base64. */
export interface RecordedFilm {
  features: [string, string];
  epochs: number;
  grid: number;
  real: string;
  frames: { epoch: number; points: string; output: string }[];
}

/** pages/ui/parts/charts.py */
export type ChartData = HistogramsData | ScatterData;

interface ChartBase extends Addresses {
  features: string[];
  real: number[][];
  generated: number[][] | null;
  names: { real: string; generated: string; density?: string };
  alt: string;
  revision: string;
}

export interface HistogramsData extends ChartBase {
  kind: "histograms";
  edges: number[][];
  columns: number;
  row_height: number;
}

export interface ScatterData extends ChartBase {
  kind: "scatter";
  height: number;
}

/**
 * /api/runs/ID/live. Each column of the history has its own name beside `x`, its epochs.
 * Without a mode, and with "append", the points follow those up to step `after`.
 */
export interface LiveUpdate {
  status: string;
  stepping: boolean;
  moving: boolean; // in slow motion, in whichever browser
  seen: string;
  epochs_done: number;
  rate: number | null;
  seconds_left: number | null;
  place: number | null;
  unattended: boolean;
  edits: [number, Record<string, string | number>][];
  attempt: number;
  after: number;
  step: number;
  mode?: "append" | "replace";
  x?: Packed;
  band?: PackedBand;
  shown?: number;
  densities?: number[][];
  low?: number[][];
  high?: number[][];
  [column: string]: unknown;
}

/** Median, low and high end of each column, under its name. */
export interface PackedBand {
  x: Packed;
  finished: number;
  members: number;
  [column: string]: unknown;
}

/** /api/runs/ID/quality */
export interface QualityUpdate {
  attempt: number;
  after: number;
  steps: number[];
  scores: Record<string, (number | null)[]>;
  low?: Record<string, (number | null)[]>;
  high?: Record<string, (number | null)[]>;
  floors?: Record<string, [number, number, number]>;
  left: number;
}

export interface Axis {
  name: string;
  low: number;
  high: number;
  share?: number;
}

interface Facts {
  probability: boolean;
  latent_dim: number;
  real: Packed;
}

export interface FieldFacts extends Facts {
  kind: "field";
  axes: [Axis, Axis];
  grid: number;
  mesh: number;
}

export interface DensityFacts extends Facts {
  kind: "density";
  axes: [Axis];
  bandwidth: number;
  z: Packed;
}

/** A frame as sent: see gan_core/views/field.py and density.py. */
export interface FieldWire {
  step: number;
  heat: string;
  level: number;
  span: number;
  points: string;
  arrows: string;
  pull: number;
  manifold: string;
  on_fake: number;
}

export interface DensityWire {
  step: number;
  generated: Packed;
  output: Packed;
  level: number;
  threads: Packed;
  on_fake: number;
}

/** The same frames unpacked. */
export interface FieldFrame extends Omit<FieldWire, "heat" | "points" | "arrows" | "manifold"> {
  heat: ArrayLike<number>;
  points: ArrayLike<number>;
  arrows: ArrayLike<number>;
  manifold: ArrayLike<number>;
}

export interface DensityFrame extends Omit<DensityWire, "generated" | "output" | "threads"> {
  generated: Float32Array;
  output: Float32Array;
  threads: Float32Array;
}

/** /api/runs/ID/arena */
export interface ArenaUpdate {
  attempt: number;
  status: string;
  facts?: FieldFacts | DensityFacts;
  frame?: FieldWire | DensityWire;
}

/** /api/runs/ID/film with a view */
export interface ViewFilm {
  attempt: number;
  steps: number[];
  facts: FieldFacts | DensityFacts;
  frames: (FieldWire | DensityWire)[];
}

/** /api/runs/ID/film without a view: `counts` is packed uint16 */
export interface CountsFilm {
  attempt: number;
  steps: number[];
  steps_per_epoch: number;
  rows: number;
  bins: number;
  frames: { step: number; counts: string }[];
}

/** The part of Plotly used here; its package has no types. */
export interface Plotly {
  react(chart: HTMLElement, traces: object[], layout: object, config: object): Promise<unknown>;
  purge(chart: HTMLElement): void;
  Plots: { resize(chart: HTMLElement): void };
}

export interface PlotlyAxis {
  range: [number, number];
  _offset: number;
  _length: number;
  d2p(value: number): number;
}

/** An element that Plotly has drawn into, or will. */
export type ChartElement = HTMLElement & {
  _fullLayout?: {
    width: number;
    height: number;
    xaxis: PlotlyAxis;
    yaxis: PlotlyAxis;
    [more: string]: unknown;
  };
  on?(event: string, react: () => void): void;
};

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}
