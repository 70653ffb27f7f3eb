// Puts a floating thing beside what it belongs to, inside the window.

/** An element, or a point of the window in CSS pixels. */
export type MenuAnchor = HTMLElement | { x: number; y: number };

const gap_px = 6;
const edge_px = 8;

/** Below the anchor and flush with its inline end; above if there is no room below. */
export function place(floating: HTMLElement, anchor: MenuAnchor): void {
  const at = anchor instanceof HTMLElement ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { width, height } = floating.getBoundingClientRect();
  const mirrored = getComputedStyle(floating).direction === 'rtl';
  const isPoint = at.width === 0;
  // An opener near the start edge gets its menu flush with its start, all others flush with their end.
  const towardsEnd = isPoint || (mirrored ? innerWidth - at.right : at.left) < innerWidth / 3;
  const alignLeft = towardsEnd !== mirrored;
  const left = alignLeft ? at.left : at.right - width;
  const below = at.bottom + gap_px;
  const fitsBelow = below + height <= innerHeight - edge_px;
  const top = fitsBelow ? below : Math.max(edge_px, at.top - gap_px - height);
  floating.style.left = `${Math.max(edge_px, Math.min(innerWidth - width - edge_px, left))}px`;
  floating.style.top = `${Math.min(top, Math.max(edge_px, innerHeight - height - edge_px))}px`;
}
