function metaElement(): HTMLMetaElement | null {
  return document.querySelector('meta[name="csrf-token"]');
}

export function readCsrfMeta(): string | null {
  return metaElement()?.content || null;
}

export function writeCsrfMeta(token: string): void {
  let meta = metaElement();
  if (!meta) {
    meta = document.createElement('meta');
    meta.name = 'csrf-token';
    // Without a head, it is added as soon as there is one.
    (document.head as HTMLHeadElement | null)?.append(meta);
  }
  if (meta.content !== token) meta.content = token;
}
