/** Stops requests to a host that does not answer, so that callers do not wait for it each time. */
import { LRUCache } from 'lru-cache';

/** Consecutive failures that open the circuit, and how long it stays open. */
const MAX_FAILURES = 5;
const OPEN_MS = 15_000;
/** Size of the LRU cache. */
const MAX_HOSTS = 5000;

interface Circuit {
  failures: number;
  openUntil: number;
}

export class CircuitBreaker {
  private readonly circuits = new LRUCache<string, Circuit>({ max: MAX_HOSTS });

  /** @param now a monotonic clock; ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether a request may be sent. After OPEN_MS one caller may try the host again. */
  mayTry(host: string): boolean {
    const circuit = this.circuits.get(host);
    if (!circuit || circuit.failures < MAX_FAILURES) return true;
    if (this.now() < circuit.openUntil) return false;
    circuit.openUntil = this.now() + OPEN_MS;
    return true;
  }

  succeeded(host: string): void {
    this.circuits.delete(host);
  }

  failed(host: string): void {
    const failures = (this.circuits.get(host)?.failures ?? 0) + 1;
    this.circuits.set(host, { failures, openUntil: this.now() + OPEN_MS });
  }
}
