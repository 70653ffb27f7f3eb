// Which of the three layouts the window has room for. 400 % zoom makes a desktop window a phone, which is right.
import { MediaQuery } from 'svelte/reactivity';

const phone = new MediaQuery('(max-width: 640px)', false);
const narrow = new MediaQuery('(max-width: 1100px)', false);
const coarse = new MediaQuery('(pointer: coarse)', false);

export const layout = {
  /** One pane at a time. */
  get isPhone(): boolean {
    return phone.current;
  },
  /** The context panel slides over the timeline. */
  get isNarrow(): boolean {
    return narrow.current;
  },
  /** Fingers, not a mouse: Enter makes a new line. */
  get isTouch(): boolean {
    return coarse.current;
  },
};
