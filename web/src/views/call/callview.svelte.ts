// What of the call is shown beside the stage. Kept while the user chats elsewhere and comes back.

class CallView {
  /** What is open at the stage's side. */
  side = $state<'none' | 'chat' | 'people'>('none');

  toggle(side: 'chat' | 'people'): void {
    this.side = this.side === side ? 'none' : side;
  }
}

export const callView = new CallView();
