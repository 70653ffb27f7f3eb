// The toasts on screen: at most three, six seconds each; errors stay until closed.

export interface Toast {
  id: number;
  text: string;
  detail?: string | undefined;
  kind: 'note' | 'error';
  action?: { label: string; run: () => void } | undefined;
  /** Called once when it leaves without its action having been used. */
  onexpire?: (() => void) | undefined;
}

const most = 3;
const stay_ms = 6000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(toast: Omit<Toast, 'id' | 'kind'> & { kind?: Toast['kind'] }): number {
    const id = this.#next++;
    this.list.push({ kind: 'note', ...toast, id });
    while (this.list.length > most) this.close(this.list[0]!.id);
    this.resume(id);
    return id;
  }

  close(id: number, used = false): void {
    const at = this.list.findIndex((toast) => toast.id === id);
    const toast = this.list[at];
    if (!toast) return;
    this.list.splice(at, 1);
    this.pause(id);
    if (!used) toast.onexpire?.();
  }

  /** A toast waits while it is hovered or focused. */
  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    const toast = this.list.find((one) => one.id === id);
    if (!toast || toast.kind === 'error') return;
    this.pause(id);
    this.#timers.set(id, setTimeout(() => this.close(id), stay_ms));
  }
}

export const toasts = new Toasts();
