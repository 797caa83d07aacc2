// Colours, the base of every chart, and Plotly itself. The roles' colours are the same everywhere.

const ROLES = { real: "#2F6FDE", generated: "#F08A24", discriminator: "#7A4FD0", generator: "#1F9D6B" };

export function theme(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = read("--st-background-color", "#FFFFFF");
  const dark = luminance(background) < 0.4;
  const roles = Object.fromEntries(Object.entries(ROLES).map(([k, v]) => [k, dark ? lighter(v, 0.15) : v]));
  return {
    ...roles,
    dark,
    background,
    text: read("--st-text-color", "#1C2130"),
    border: read("--st-border-color", "#E2E5EE"),
    muted: dark ? "#A0A6B8" : "#70788C",
    font: read("--st-font", "sans-serif"),
  };
}

function channels(hex) {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return [1, 3, 5].map((i) => parseInt(full.slice(i, i + 2), 16));
}

function luminance(colour) {
  const rgb = colour.startsWith("#") ? channels(colour) : (colour.match(/\d+/g) ?? [255, 255, 255]).map(Number);
  return (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255;
}

function lighter(hex, share) {
  return `rgb(${channels(hex).map((c) => Math.round(c + (255 - c) * share)).join(",")})`;
}

let loading;

// Plotly is 1.4 MB on the wire, so it comes only where there is a chart, and once.
export function plotly(url) {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = undefined;
      reject(new Error("plotly.min.js could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}

export const CONFIG = { displaylogo: false, responsive: true, displayModeBar: "hover",
  plotlyServerURL: "", showSendToCloud: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"] };

export const WITHOUT_TOOLS = { ...CONFIG, displayModeBar: false };

export function axis(t, more = {}) {
  return { gridcolor: t.border, zeroline: false, linecolor: t.border, tickfont: { color: t.muted, size: 12 },
    automargin: false, ...more };
}

export function layout(t, more = {}) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: t.font, color: t.text, size: 12 },
    hoverlabel: { bgcolor: t.background, bordercolor: t.border, font: { color: t.text } },
    legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
    bargap: 0, barmode: "overlay", showlegend: true, modebar: { bgcolor: "rgba(0,0,0,0)", color: t.muted, activecolor: t.text },
    ...more,
  };
}

// A dotted grey line at y with its name at the right end.
export function reference(t, y, name, yref = "y", xref = "x domain") {
  return {
    shape: { type: "line", xref, yref, x0: 0, x1: 1, y0: y, y1: y, line: { color: t.muted, width: 1.4, dash: "dot" } },
    annotation: { xref, yref, x: 1, y, text: name, showarrow: false, xanchor: "right", yanchor: "bottom",
      font: { color: t.muted, size: 11 } },
  };
}

// A panel of small histograms: real and generated rows of each feature, at most four in a row.
export function histograms(t, features, edges, real, generated, names, columns = 4, ghost = null, spread = null) {
  const perRow = Math.max(1, Math.min(columns, features.length));
  const rows = Math.ceil(features.length / perRow);
  const traces = [];
  const shape = layout(t, { showlegend: false, margin: { l: 34, r: 6, t: 26, b: 22 }, annotations: [] });
  shape.legend = { ...shape.legend, x: 1, xanchor: "right" };
  const gap = { x: 0.055, y: 0.34 / Math.max(rows, 1) };
  const w = (1 - gap.x * (perRow - 1)) / perRow;
  const h = rows === 1 ? 1 : (1 - gap.y * (rows - 1)) / rows;
  features.forEach((feature, i) => {
    const n = i ? i + 1 : "";
    const [row, column] = [Math.floor(i / perRow), i % perRow];
    const x0 = column * (w + gap.x);
    const y1 = 1 - row * (h + gap.y);
    shape[`xaxis${n}`] = axis(t, { domain: [x0, Math.min(1, x0 + w)], anchor: `y${n}`, showgrid: false, nticks: 6 });
    shape[`yaxis${n}`] = axis(t, { domain: [Math.max(0, y1 - h), Math.max(0, y1)], anchor: `x${n}`, nticks: 4, rangemode: "tozero" });
    shape.annotations.push({ text: `<b>${escape(feature)}</b>`, xref: "paper", yref: "paper", x: x0, y: y1, xanchor: "left",
      yanchor: "bottom", showarrow: false, font: { size: 12, color: t.text }, yshift: 4 });
    const centres = edges[i].slice(1).map((e, k) => (e + edges[i][k]) / 2);
    const widths = edges[i].slice(1).map((e, k) => e - edges[i][k]);
    if (ghost) { // the outline of the generated rows of the run before
      traces.push({ type: "scatter", mode: "lines", x: edges[i], y: [...ghost[i], ghost[i].at(-1)], line: { shape: "hv", color: t.generated,
        width: 1.4, dash: "dot" }, name: names.before, showlegend: false, hoverinfo: "skip", xaxis: `x${n}`, yaxis: `y${n}` });
    }
    for (const [role, values] of [["real", real], ["generated", generated]]) {
      if (!values) continue;
      traces.push({ type: "bar", x: centres, y: values[i], width: widths, name: names[role], legendgroup: role, showlegend: i === 0,
        error_y: role === "generated" && spread ? whiskers(t, values[i], spread[0][i], spread[1][i]) : undefined,
        marker: { color: t[role], line: { width: 0 } }, opacity: 0.6, xaxis: `x${n}`, yaxis: `y${n}`,
        hovertemplate: `${escape(feature)} %{x:.3g}<br>${escape(names.density)} %{y:.3g}<extra>${escape(names[role])}</extra>` });
    }
  });
  shape.height = 190 * rows;
  return { traces, layout: shape };
}

// From the 10 % to the 90 % quantile of several seeds.
function whiskers(t, middle, low, high) {
  return { type: "data", symmetric: false, array: high.map((v, k) => v - middle[k]), arrayminus: low.map((v, k) => middle[k] - v),
    color: t.text, thickness: 1, width: 2 };
}

export function escape(text) {
  return String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
}
