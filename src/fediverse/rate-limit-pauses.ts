/** Who an instance wants to hear nothing of for a while, so that it is not asked meanwhile, by whatever part or node. */
export interface RateLimitPauses {
  /** @returns ms until the caller may ask again; 0: at once */
  left(caller: string): Promise<number>;
  pause(caller: string, ms: number): Promise<void>;
}
