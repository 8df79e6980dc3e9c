/** JSON and HTML of a fake instance, as in Mastodon's documentation. */
import type { FakeAccount, FakeMedia, FakeStatus, FakeStore } from './fake-store';

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** Renders a text as Mastodon does: links are split into visible and invisible parts. */
function toHtml(text: string): string {
  const paragraphs = escapeHtml(text).split(/\n{2,}/);
  const linked = paragraphs.map((each) =>
    each
      .replace(/https?:\/\/[^\s<]+/g, (url) => {
        const [, scheme, shown, rest] = /^(https?:\/\/)(.{0,30})(.*)$/.exec(url)!;
        return `<a href="${url}" rel="nofollow"><span class="invisible">${scheme}</span><span class="ellipsis">${shown}</span><span class="invisible">${rest}</span></a>`;
      })
      .replace(
        /(^|\s)@(\w+)@[\w.-]+\w/g,
        '$1<span class="h-card"><a href="#" class="u-url mention">@<span>$2</span></a></span>',
      )
      .replace(/\n/g, '<br />'),
  );
  return linked.map((each) => `<p>${each}</p>`).join('');
}

export class FakeViews {
  constructor(
    private readonly store: FakeStore,
    private readonly url: () => string,
  ) {}

  account({ id, username, displayName, avatarUrl }: FakeAccount) {
    const url = `${this.url()}/@${username}`;
    return {
      id,
      username,
      acct: username,
      display_name: displayName,
      url,
      avatar: avatarUrl,
      avatar_static: avatarUrl,
    };
  }

  private shown(text: string): string {
    return this.store.profile.readsMarkdown ? text.replace(/[*_](\S[^*_]*)[*_]/g, '$1') : text;
  }

  media({ id, mimeType, description, pending }: FakeMedia) {
    const url = pending > 0 ? null : `${this.url()}/media/${id}`;
    return { id, type: mimeType.startsWith('image/') ? 'image' : 'video', url, preview_url: url, description };
  }

  status(status: FakeStatus) {
    const plain = this.plainStatus(status);
    if (!status.isBoosted || !this.store.profile.wrapsBoosted) return plain;
    const address = `${plain.uri}/Announce`;
    return { ...plain, id: plain.id.toUpperCase(), uri: address, url: address, content: '', reblog: plain };
  }

  private plainStatus(status: FakeStatus) {
    const { hidesEdits, mediaAreFiles } = this.store.profile;
    const uri = `${this.url()}/users/${status.username}/statuses/${status.id}`;
    const media = status.media.map((each, index) => {
      const view = this.media(each);
      return mediaAreFiles ? { ...view, id: `${uri}_${index}` } : view;
    });
    return {
      id: status.id,
      created_at: status.createdAt.toISOString(),
      ...(!hidesEdits && { edited_at: status.editedAt?.toISOString() ?? null }),
      in_reply_to_id: null,
      reblog: null,
      sensitive: status.spoilerText !== '',
      spoiler_text: status.spoilerText,
      visibility: status.visibility,
      language: status.language,
      uri,
      url: `${this.url()}/@${status.username}/${status.id}`,
      content: toHtml(this.shown(status.text)),
      account: this.account(this.store.accounts.get(status.accountId)!),
      media_attachments: media,
    };
  }

  nodeInfoLinks() {
    const rel = 'http://nodeinfo.diaspora.software/ns/schema/2.0';
    return { links: [{ rel, href: `${this.url()}/nodeinfo/2.0` }] };
  }

  nodeInfo() {
    return {
      version: '2.0',
      software: { name: this.store.options.kind, version: '1.0.0' },
      protocols: ['activitypub'],
    };
  }

  instance(version: 1 | 2) {
    const { store } = this;
    const configuration = {
      statuses: {
        max_characters: store.maxCharacters,
        max_media_attachments: store.maxMedia,
        characters_reserved_per_url: store.charactersPerUrl,
      },
      media_attachments: {
        supported_mime_types: store.mimeTypes,
        image_size_limit: store.imageSize,
        video_size_limit: 40 * 1024 * 1024,
        description_limit: 1500,
      },
    };
    const atTop = {
      max_toot_chars: store.maxCharacters,
      max_media_attachments: store.maxMedia,
      description_limit: 1500,
      upload_limit: store.imageSize,
    };
    const host = new URL(this.url()).host;
    const named = version === 2 ? { domain: host } : { uri: host };
    return {
      ...named,
      title: store.options.name,
      version: store.profile.version,
      ...(store.profile.namesLimitsAtTop ? atTop : { configuration }),
    };
  }

  /** A page with the received statuses. */
  page(): string {
    const { store } = this;
    const posts = [...store.statuses].reverse().map((status) => {
      const images = status.media.map(
        (each) =>
          `<figure><img src="/media/${each.id}" alt="${escapeHtml(each.description ?? '')}"><figcaption>${escapeHtml(each.description ?? 'no alt text')}</figcaption></figure>`,
      );
      const warning = status.spoilerText ? `<p><strong>${escapeHtml(status.spoilerText)}</strong></p>` : '';
      return `<article id="s${status.id}"><h2>@${escapeHtml(status.username)}</h2>${warning}${toHtml(status.text)}${images.join('')}<p><small>${status.createdAt.toISOString()} · ${escapeHtml(status.visibility)}</small></p></article>`;
    });
    const empty = '<p>Nothing yet. Write a post in Vedfolnir and reload this page.</p>';
    return frame(
      store.options.name,
      `<p>A pretended ${store.options.kind} instance: this is what it received.</p>${posts.join('') || empty}`,
    );
  }

  /** The page on which a user authorises an app. */
  authorizePage(appName: string, fields: Record<string, string>): string {
    const hidden = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    );
    const known = [...this.store.accounts.values()].map((each) => each.username);
    return frame(
      this.store.options.name,
      `<p><strong>${escapeHtml(appName)}</strong> would like to post for you.</p>
<p>It asks for: ${escapeHtml(fields.scope ?? 'read')}</p>
<form method="post" action="/oauth/authorize">${hidden.join('')}
<p><label>Account <input name="username" value="${escapeHtml(known[0] ?? 'someone')}" required pattern="\\w+"></label></p>
<p><button name="decision" value="allow">Authorize</button> <button name="decision" value="deny">Deny</button></p></form>`,
    );
  }
}

function frame(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>body{font:1rem/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
article{border:1px solid #8888;border-radius:.5rem;padding:0 1rem;margin:1rem 0}img{max-width:100%;max-height:20rem}h2{font-size:1rem}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}
