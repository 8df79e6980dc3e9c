/** A page may load these scripts twice, its own copy and the server's: the first one defines the element. */
export function defineElement(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
