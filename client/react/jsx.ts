/** The elements as tags in JSX: with their own attributes, and those that every element has. */
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
