/** Which frame a cine shows. Time decides, not a count of ticks: a late picture is left out and the beat does not drift. */
export function frameAt(elapsedMs: number, framesASecond: number, frames: number, first: number): number {
  const passed = Math.floor((elapsedMs * framesASecond) / 1000);
  return (((first + passed) % frames) + frames) % frames;
}

/** Calls `show` for every new frame, in step with the screen. Ends when the page is hidden; returns how to end it before. */
export function playing(
  options: { framesASecond: number; frames: number; first: number },
  show: (frame: number) => void,
  ended: () => void,
): () => void {
  const { framesASecond, frames, first } = options;
  let began: number | null = null;
  let shown = first;
  let request = 0;
  const stop = () => {
    cancelAnimationFrame(request);
    document.removeEventListener('visibilitychange', hidden);
  };
  const hidden = () => {
    if (document.visibilityState !== 'hidden') return;
    stop();
    ended();
  };
  const step = (now: number) => {
    began ??= now;
    const frame = frameAt(now - began, framesASecond, frames, first);
    if (frame !== shown) {
      shown = frame;
      show(frame);
    }
    request = requestAnimationFrame(step);
  };
  document.addEventListener('visibilitychange', hidden);
  request = requestAnimationFrame(step);
  return stop;
}
