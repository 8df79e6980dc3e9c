import { findBinary } from '../../scripts/lib/binaries.cjs';

const pathOf = (program: 'chromium' | 'chromium-headless-shell') =>
  process.env.CHROMIUM_PATH ?? findBinary(program) ?? program;

/** Debian's Chromium, or the one that CHROMIUM_PATH names. */
export const CHROMIUM = {
  executablePath: pathOf('chromium'),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** The same without windows. It does not hide one tab behind another, and keeps no page for the way back. */
export const CHROMIUM_SHELL = { ...CHROMIUM, executablePath: pathOf('chromium-headless-shell') };
