// base64 of little-endian float32, which is what every browser's machine uses
export function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return Array.from(new Float32Array(bytes.buffer));
}

// base64 of little-endian numbers of a kind: Uint16Array, Float32Array, ...
export function unpackAs(text, Kind) {
  return new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}
