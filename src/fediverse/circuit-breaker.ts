/** Leaves a host alone that does not answer, so that nobody waits for it again and again. */
import { LRUCache } from 'lru-cache';

/** Failures in a row that open the circuit, and how long it stays open; ms. */
const FAILURES = 5;
const OPEN_FOR = 15_000;
/** Hosts that are remembered; the least used ones are forgotten. */
const HOSTS = 5000;

interface Circuit {
  failures: number;
  openUntil: number;
}

export class CircuitBreaker {
  private readonly circuits = new LRUCache<string, Circuit>({ max: HOSTS });

  /** @param now milliseconds of a steady clock */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether the host may be asked. Once the circuit has been open long enough, one caller may find out. */
  mayTry(host: string): boolean {
    const circuit = this.circuits.get(host);
    if (!circuit || circuit.failures < FAILURES) return true;
    if (this.now() < circuit.openUntil) return false;
    circuit.openUntil = this.now() + OPEN_FOR;
    return true;
  }

  succeeded(host: string): void {
    this.circuits.delete(host);
  }

  failed(host: string): void {
    const failures = (this.circuits.get(host)?.failures ?? 0) + 1;
    this.circuits.set(host, { failures, openUntil: this.now() + OPEN_FOR });
  }
}
