// Single keys that work while the call fills the window and nobody types.
import type { CallSession } from '../../call/session';
import { callView } from './callview.svelte';

/** What a key can ask of the stage. */
export interface StageActions {
  toggleFullScreen(): void;
  react(): void;
}

/** Handles a key going down or up; true if it meant something. */
export function handleCallKey(event: KeyboardEvent, session: CallSession, stage: StageActions): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.code === 'Space') return holdToTalk(event, session);
  if (event.type !== 'keydown' || event.repeat || event.shiftKey) return false;
  const own = session.own.get();
  switch (event.key.toLowerCase()) {
    case 'm':
      session.setMicrophone(!own.microphone);
      return true;
    case 'v':
      session.setCamera(!own.camera);
      return true;
    case 's':
      session.setScreen(!own.screen);
      return true;
    case 'h':
      session.setHand(!own.hand);
      return true;
    case 'l':
      session.setLayout(session.layout.get() === 'grid' ? 'speaker' : 'grid');
      return true;
    case 'r':
      stage.react();
      return true;
    case 'c':
      callView.toggle('chat');
      return true;
    case 'f':
      stage.toggleFullScreen();
      return true;
    case 'escape':
      if (callView.side === 'none') return false;
      callView.side = 'none';
      return true;
    default:
      return false;
  }
}

// On a button Space presses it, as everywhere; elsewhere it is the key to talk.
function holdToTalk(event: KeyboardEvent, session: CallSession): boolean {
  if (event.target instanceof Element && event.target.closest('button, a, [role="menuitem"]') && event.target.matches(':focus-visible')) return false;
  if (!event.repeat) session.holdToTalk(event.type === 'keydown');
  return true;
}
