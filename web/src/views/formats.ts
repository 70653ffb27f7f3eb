// The formats of the page, for every view.
import { createContext } from 'svelte';
import type { Signal } from '../base/signal';
import type { Formats } from './format';

export const [getFormats, setFormats] = createContext<Signal<Formats>>();
