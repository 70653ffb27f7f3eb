// The devices of this machine, kept up to date while somebody looks at them.
import { listDevices, mediaDevices, onDeviceChange, type DeviceLists } from '../../call/devices';

export class DeviceListing {
  lists = $state.raw<DeviceLists>({ microphone: [], camera: [], speaker: [] });

  /** Follows plugging in and out; the result ends it. */
  follow(): () => void {
    const media = mediaDevices();
    if (!media) return () => undefined;
    this.refresh();
    return onDeviceChange(media, () => this.refresh());
  }

  /** Names come with the first permission. */
  refresh(): void {
    const media = mediaDevices();
    if (!media) return;
    listDevices(media)
      .then((lists) => (this.lists = lists))
      .catch(() => undefined);
  }
}
