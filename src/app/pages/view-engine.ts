import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { Flash } from '../../index';
import { hueOf, initialsOf, type PlatformView, type UserView } from '../../protocol';

/** Data for every page. */
export interface Page {
  /** Name of the page. */
  page: string;
  title: string;
  /** Null for visitors. */
  csrfToken: string | null;
  /** The signed-in user and the active platform; null for visitors. */
  user: Pick<UserView, 'username' | 'role'> | null;
  platform: Pick<PlatformView, 'id' | 'name'> | null;
  /** On a page for visitors: the browser has a session nevertheless, and the page fetches it. */
  mayBeSignedIn?: boolean;
  flash: Flash[];
  /** Credentials of the demo user; for /login only. */
  demo?: { username: string; password: string } | null;
  /** For /create_post only: the form that also works without JavaScript. */
  form?: PostForm;
}

export interface PostForm {
  userId: number;
  platform: PlatformView;
  /** For this platform, whichever is active. */
  pinned: boolean;
  maxCharacters: number;
  values: { title: string; content: string; spoiler_text: string; visibility: string };
  errors: { field: string; message: string }[];
}

/** Written by the build: hashed names of the client's files. */
const PAGES_FILE = join(__dirname, '../../../client/pages.json');
const hashedNames: Record<string, string> = existsSync(PAGES_FILE) ? JSON.parse(readFileSync(PAGES_FILE, 'utf8')) : {};

/** URL with a content hash, which browsers may cache for a year. */
const fileUrl = (file: string): string => `/client/${hashedNames[file] ?? file}`;

const eta = new Eta({ views: join(__dirname, 'views'), cache: true });

/** Renders a page as HTML; all values are escaped. */
export function renderPage(page: Page): string {
  return eta.render('shell', { ...page, hueOf, initialsOf, fileUrl });
}
