import { createInterface } from 'node:readline/promises';
import { ConfigError } from '../common/config';

type Value = string | number | boolean | null;
export type Row = Record<string, Value | Record<string, Value>[]>;

/** A command's output and prompts. */
export interface Terminal {
  write(text: string): void;
  /** Null if the command is not interactive. */
  ask: ((question: string) => Promise<string>) | null;
}

export const processTerminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  ask: process.stdin.isTTY
    ? async (question) => {
        const lines = createInterface({ input: process.stdin, output: process.stderr });
        const answer = await lines.question(question);
        lines.close();
        return answer;
      }
    : null,
};

/** Shows rows as a table, or as JSON for programs. */
export function show(terminal: Terminal, rows: Row[], json = false): void {
  if (json) terminal.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length > 0) terminal.write(toTable(rows));
}

/** Shows one row, one field per line. */
export function showOne(terminal: Terminal, row: Row, json = false): void {
  if (json) terminal.write(`${JSON.stringify(row, null, 2)}\n`);
  else for (const [name, value] of Object.entries(row)) terminal.write(`${name}: ${value}\n`);
}

function toTable(rows: Row[]): string {
  const names = Object.keys(rows[0]!);
  const lines = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => `${row[name]}`))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** @throws ConfigError when the user declines, or cannot be asked */
export async function confirm(terminal: Terminal, question: string, yes = false): Promise<void> {
  if (yes) return;
  if (!terminal.ask) throw new ConfigError(`${question} Nobody is there to answer: say --yes`);
  const answer = await terminal.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new ConfigError('Nothing was done');
}
