/** Accounts of the demo and their posts, newest first. The pictures in `pictures/` are made by scripts/demo. */

export interface DemoPicture {
  file: string;
  /** Null: without a description. */
  description: string | null;
}

export interface DemoPost {
  /** Age at the first start. */
  hoursAgo: number;
  text: string;
  warning?: string;
  pictures?: DemoPicture[];
}

export interface DemoAccount {
  name: string;
  kind: 'mastodon' | 'pixelfed';
  username: string;
  displayName: string;
  avatar: string;
  /** Preferred port; any free one if it is in use at the first start. */
  port: number;
  posts: DemoPost[];
}

const picture = (file: string, description: string | null): DemoPicture => ({ file: `${file}.webp`, description });

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    name: 'Town Square',
    kind: 'mastodon',
    username: 'demo',
    displayName: 'Demo',
    avatar: 'square.webp',
    port: 3101,
    posts: [
      {
        hoursAgo: 2,
        text: 'The library has its reading lamps back, and the clock in the corner is still ten minutes slow. Open until nine tonight.',
        pictures: [picture('reading', 'Three green desk lamps shine on open books in front of tall, full shelves')],
      },
      { hoursAgo: 7, text: 'Swifts over the market square again. Counted eleven before the first coffee. #swifts' },
      {
        hoursAgo: 26,
        text: 'Second try at the rye loaf: less water, more patience, and nobody opened the oven this time.',
        pictures: [picture('bread', 'A round loaf with four cuts across its crust on a floured board')],
      },
      {
        hoursAgo: 31,
        text: 'It was the gardener, and I am still cross about chapter nine. Same place next month, with something shorter.',
        warning: 'Book club: how it ends',
      },
      {
        hoursAgo: 50,
        text: 'Saturday market: first plums, last tomatoes. The cheese stall has moved to the fountain.',
        pictures: [picture('market', 'Three striped market stalls with fruit in front of a row of gabled houses')],
      },
      {
        hoursAgo: 77,
        text: 'Autumn ferry times are out: https://ferry.example/timetables/autumn\nThe 7:40 now waits for the bus.',
      },
      {
        hoursAgo: 120,
        text: 'All lamps on the old bridge are lit again, after two dark winters. Worth the walk.',
        pictures: [
          picture('bridge', 'A stone bridge at night; six lamps are mirrored in the river, and the moon is up'),
        ],
      },
    ],
  },
  {
    name: 'Photo Walks',
    kind: 'pixelfed',
    username: 'demo_photos',
    displayName: 'Demo, walking',
    avatar: 'walks.webp',
    port: 3102,
    posts: [
      {
        hoursAgo: 4,
        text: 'Not a breath of wind. She drifted for an hour, and so did I.',
        pictures: [picture('boat', 'A red sailing boat on still water below blue hills')],
      },
      { hoursAgo: 20, text: 'The neighbour, on duty.', pictures: [picture('cat', null)] },
      {
        hoursAgo: 44,
        text: 'Last light at the cape.',
        pictures: [
          picture('lighthouse', 'A red and white lighthouse casts its beam over the sea as the sun goes down'),
        ],
      },
      {
        hoursAgo: 68,
        text: 'Two ways home through the same wood. #autumn',
        pictures: [picture('forest', 'A path leads between orange and red trees towards a low sun')],
      },
      {
        hoursAgo: 93,
        text: 'From the hut, half past six.',
        pictures: [picture('mountains', 'Two snowy peaks above dark firs; two birds circle in the morning sky')],
      },
      {
        hoursAgo: 141,
        text: 'First frost, and one guest who stayed.',
        pictures: [picture('frost', 'A bare tree on a snow-covered hill, with one bird in its branches')],
      },
    ],
  },
  {
    name: 'Work Notes',
    kind: 'mastodon',
    username: 'demo_work',
    displayName: 'Demo at work',
    avatar: 'work.webp',
    port: 3103,
    posts: [
      {
        hoursAgo: 3,
        text: 'Released today: imports are twice as fast, and an import that stops halfway goes on where it was. Thank you to all who sent in logs.',
      },
      {
        hoursAgo: 23,
        text: 'Answered tickets per week, since we write the help page first. The yellow note is the coffee budget.',
        pictures: [picture('board', 'A whiteboard with six growing bars, a rising line and a yellow note')],
      },
      { hoursAgo: 48, text: 'Small joy of the week: a bug report with the exact steps, a screenshot and a thank-you.' },
      {
        hoursAgo: 74,
        text: 'Desk moved to the window. Productivity unchanged, mood much better.',
        pictures: [picture('desk', 'A laptop with lines of code between a potted plant and a steaming red mug')],
      },
      {
        hoursAgo: 99,
        text: 'We look for somebody who likes accessibility and dislikes meetings: https://jobs.example/accessibility',
      },
      { hoursAgo: 168, text: 'Notes from the talk on session security are online. Slides with alt text, as promised.' },
    ],
  },
];

/** A post that the first account's instance refuses. */
export const FAILED_POST = {
  text: 'Who lends us a long ladder on Friday? The bunting for the street party hangs on nothing but optimism.',
  error: 'This account may not post for another hour',
};
