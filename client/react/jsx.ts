/** The elements as JSX tags, with their own attributes and the common ones of every element. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { ElementAttributes } from '../elements/attributes';

type Elements = {
  [Tag in keyof ElementAttributes]: DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> &
    ElementAttributes[Tag];
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends Elements {}
  }
}
