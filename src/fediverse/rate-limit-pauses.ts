/** Rate limits in effect, shared by all parts and nodes of the application. @see InstanceHttp for the keys */
export interface RateLimitPauses {
  /** @returns ms until the caller may send requests again; 0: now */
  left(caller: string): Promise<number>;
  pause(caller: string, ms: number): Promise<void>;
}
