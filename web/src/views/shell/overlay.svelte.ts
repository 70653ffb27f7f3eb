// The one dialog on the screen. Views ask for it here, the shell draws it.

export type Overlay =
  | { kind: 'switcher' }
  | { kind: 'shortcuts' }
  | { kind: 'create-room' }
  | { kind: 'new-message' }
  | { kind: 'invite'; roomId: string }
  | { kind: 'person'; userId: string }
  | { kind: 'sign-out' };

class OverlayState {
  current = $state.raw<Overlay>();

  open(overlay: Overlay): void {
    this.current = overlay;
  }

  close(): void {
    this.current = undefined;
  }
}

export const overlay = new OverlayState();
