/** Listeners by event name. Unlike at the window, other scripts cannot dispatch here. */
export class Emitter<Events> {
  private readonly listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  /** @returns removes the listener */
  on<E extends keyof Events>(name: E, listener: (payload: Events[E]) => void): () => void {
    const registered = (payload: Events[E]) => listener(payload);
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(registered));
    return () => listeners.delete(registered);
  }

  /** A listener that throws does not prevent the others from being called. */
  emit<E extends keyof Events>(name: E, payload: Events[E]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (payload: Events[E]) => void)(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
