/** Preloaded by a node: shifts its machine's clock by CLOCK_OFF milliseconds. */
const off = Number(process.env.CLOCK_OFF);
const RightDate = Date;

globalThis.Date = class extends RightDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(RightDate.now() + off);
  }

  static now() {
    return RightDate.now() + off;
  }
};
