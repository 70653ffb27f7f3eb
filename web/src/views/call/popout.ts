// Picture in picture: a small window of its own with the call in it where the browser has them, else the large picture alone.
import { mount, unmount, type Component } from 'svelte';

interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

const documents = (globalThis as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture;

/** Whether this browser can do either. */
export function canPopOut(): boolean {
  return documents !== undefined || (document.pictureInPictureEnabled && 'requestPictureInPicture' in HTMLVideoElement.prototype);
}

/** Copies what the page looks like: its style sheets and the user's theme. */
function dress(target: Document): void {
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style')) target.head.append(sheet.cloneNode(true));
  for (const { name, value } of document.documentElement.attributes) target.documentElement.setAttribute(name, value);
}

/**
 * Opens a window with `component`, or puts the page's large video into the browser's own. `handleClosed` is called when it is
 * gone; the result closes it. Must come from a click. Rejects if the browser refuses.
 */
export async function popOut<Props extends Record<string, unknown>>(component: Component<Props>, props: Props, context: Map<unknown, unknown>, handleClosed: () => void): Promise<() => void> {
  if (documents) {
    const opened = await documents.requestWindow({ width: 360, height: 240 });
    dress(opened.document);
    const shown = mount(component, { target: opened.document.body, props, context });
    opened.addEventListener('pagehide', () => {
      void unmount(shown);
      handleClosed();
    });
    return () => opened.close();
  }
  const video = document.querySelector<HTMLVideoElement>('[data-focus] video, [data-tile] video');
  if (!video) throw new Error('nothing to show');
  await video.requestPictureInPicture();
  video.addEventListener('leavepictureinpicture', handleClosed, { once: true });
  return () => void document.exitPictureInPicture().catch(() => undefined);
}
