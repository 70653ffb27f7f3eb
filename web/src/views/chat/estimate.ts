// How tall a row will probably be, before it was ever drawn. Close guesses keep the scroll bar still.
import type { TimelineRow } from '../../state/types';

const line_px = 22;
const charactersPerLine = 68;

function textHeight(text: string): number {
  let lines = 1;
  let length = 0;
  for (let index = 0; index < text.length && lines < 60; index++) {
    length++;
    if (text.charCodeAt(index) === 10 || length > charactersPerLine) {
      lines++;
      length = 0;
    }
  }
  return lines * line_px;
}

export function estimatedHeight(row: TimelineRow): number {
  switch (row.kind) {
    case 'day':
      return 56;
    case 'unread':
      return 40;
    case 'system':
      return 30;
    case 'call':
      return 64;
    case 'beginning':
      return 260;
    case 'message':
      return textHeight(row.message.text) + (row.continued ? 6 : 44) + (row.message.replyTo ? 20 : 0) + (row.message.isMine && row.message.state !== 'sent' ? 18 : 0);
  }
}
