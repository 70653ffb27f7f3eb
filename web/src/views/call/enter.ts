// Ways into a call from anywhere: the button of a room, a call back, an entry of the history.
import { router } from '../../router/router.svelte';
import type { AppModel, EnterChoice } from '../../state/types';

/** What was on when a call was entered last. Without video the camera stays off. */
export function rememberedChoice(app: AppModel, video: boolean): EnterChoice {
  return { microphone: app.settings.value('joinWithMicrophone').get(), camera: video && app.settings.value('joinWithCamera').get() };
}

/** Enters the room's call, or starts one; with a look at the devices before it, if the user wants that. */
export function callRoom(app: AppModel, roomId: string, video: boolean): void {
  const current = app.calls.current.get();
  const isIn = current.kind === 'in' && current.roomId === roomId;
  if (current.kind === 'over') app.calls.leave();
  router.go({ page: 'call', roomId, video });
  if (!isIn && !app.settings.value('deviceCheck').get()) void app.calls.enter(roomId, video, rememberedChoice(app, video));
}

/** Leaves the call and shows its room. */
export function leaveCall(app: AppModel, roomId: string): void {
  app.calls.leave();
  if (router.route.page === 'call') router.replace({ page: 'room', roomId });
}
