// The sounds of calls, made of a few sines: nothing to load, nothing to license. Each is quiet and short.

/** A tone: when it begins and how long it lasts in seconds, and its pitch in hertz. */
interface Tone {
  readonly at_s: number;
  readonly length_s: number;
  readonly pitch_Hz: number;
}

export type CallSound = 'incoming' | 'outgoing' | 'joined' | 'left' | 'test';

/** Notes of a fifth and an octave: a bell rather than an alarm. */
const tones: Readonly<Record<CallSound, readonly Tone[]>> = {
  incoming: [
    { at_s: 0, length_s: 0.9, pitch_Hz: 523.25 },
    { at_s: 0.18, length_s: 0.9, pitch_Hz: 783.99 },
    { at_s: 0.36, length_s: 1.2, pitch_Hz: 1046.5 },
    { at_s: 0.9, length_s: 1.1, pitch_Hz: 783.99 },
  ],
  outgoing: [{ at_s: 0, length_s: 1, pitch_Hz: 440 }],
  joined: [
    { at_s: 0, length_s: 0.25, pitch_Hz: 523.25 },
    { at_s: 0.09, length_s: 0.4, pitch_Hz: 783.99 },
  ],
  left: [
    { at_s: 0, length_s: 0.25, pitch_Hz: 783.99 },
    { at_s: 0.09, length_s: 0.4, pitch_Hz: 523.25 },
  ],
  test: [
    { at_s: 0, length_s: 0.5, pitch_Hz: 523.25 },
    { at_s: 0.25, length_s: 0.5, pitch_Hz: 659.25 },
    { at_s: 0.5, length_s: 0.9, pitch_Hz: 783.99 },
  ],
};
const loudness: Readonly<Record<CallSound, number>> = { incoming: 0.22, outgoing: 0.07, joined: 0.08, left: 0.08, test: 0.2 };
/** How often a ringing sound comes again. */
const period_ms: Readonly<Partial<Record<CallSound, number>>> = { incoming: 3_000, outgoing: 4_000 };
/** Louder than silence to an exponential ramp. */
const nearlyNothing = 0.0001;

function play(context: AudioContext, sound: CallSound): void {
  const begin = context.currentTime + 0.02;
  for (const { at_s, length_s, pitch_Hz } of tones[sound]) {
    const gain = new GainNode(context, { gain: nearlyNothing });
    const oscillator = new OscillatorNode(context, { type: 'sine', frequency: pitch_Hz });
    const overtone = new OscillatorNode(context, { type: 'sine', frequency: pitch_Hz * 2.01 });
    const overtoneGain = new GainNode(context, { gain: 0.18 });
    oscillator.connect(gain);
    overtone.connect(overtoneGain).connect(gain);
    gain.connect(context.destination);
    const from = begin + at_s;
    gain.gain.setValueAtTime(nearlyNothing, from);
    gain.gain.exponentialRampToValueAtTime(loudness[sound], from + 0.015);
    gain.gain.exponentialRampToValueAtTime(nearlyNothing, from + length_s);
    for (const source of [oscillator, overtone]) {
      source.start(from);
      source.stop(from + length_s + 0.05);
    }
  }
}

async function contextFor(speakerId: string): Promise<AudioContext> {
  const context = new AudioContext();
  // Not every browser can choose; the system's speaker is right then.
  if (speakerId !== '' && 'setSinkId' in context) await (context as AudioContext & { setSinkId(id: string): Promise<void> }).setSinkId(speakerId).catch(() => undefined);
  return context;
}

/** Plays a sound; one that rings comes again until the result is called. A browser that wants a click first stays silent. */
export function playSound(sound: CallSound, speakerId = ''): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  let made: AudioContext | undefined;
  void contextFor(speakerId)
    .then((context) => {
      made = context;
      if (isOver) return void context.close();
      play(context, sound);
      const period = period_ms[sound];
      if (period !== undefined) timer = setInterval(() => play(context, sound), period);
      else timer = setTimeout(() => void context.close(), 2_500);
    })
    .catch(() => undefined);
  return () => {
    isOver = true;
    clearInterval(timer);
    if (made && made.state !== 'closed') void made.close();
  };
}
