/** The elements as tags of Vue's templates, with their own attributes and the common ones of every element. */
import type { HTMLAttributes } from 'vue';
import type { ElementAttributes } from '../elements/attributes';

type Elements = {
  [Tag in keyof ElementAttributes]: new () => { $props: HTMLAttributes & ElementAttributes[Tag] };
};

declare module 'vue' {
  interface GlobalComponents extends Elements {}
}
