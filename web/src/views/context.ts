// What every view needs from above: the model of the app.
import { createContext } from 'svelte';
import type { AppModel } from '../state/types';

export const [getApp, setApp] = createContext<AppModel>();
