/** The pictures of the demo as SVG of 800 × 600 pixels; `pictures.mjs` renders them. */

const sky = (id, top, bottom) =>
  `<linearGradient id="${id}" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>`;
const scene = (defs, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><defs>${defs}</defs>${body}</svg>`;
const ground = (id) => `<rect width="800" height="600" fill="url(#${id})"/>`;
const path = (d, fill, more = '') => `<path d="${d}" fill="${fill}" ${more}/>`;
const rect = (x, y, width, height, fill, more = '') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" ${more}/>`;
const circle = (x, y, r, fill, more = '') => `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}" ${more}/>`;
const line = (d, stroke, width, more = '') =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`;
/** @param draw draws one of `count` elements, by its index */
const many = (count, draw) => Array.from({ length: count }, (_, index) => draw(index)).join('');

const fir = (x, y, height, fill) =>
  path(
    `M${x} ${y - height}l${height * 0.3} ${height * 0.45}h-${height * 0.12}l${height * 0.22} ${height * 0.45}h-${height * 0.8}l${height * 0.22} -${height * 0.45}h-${height * 0.12}z`,
    fill,
  ) + rect(x - height * 0.05, y - height * 0.12, height * 0.1, height * 0.16, '#4a3728');
const house = (x, y, width, height, wall, roof) =>
  rect(x, y - height, width, height, wall) +
  path(`M${x - 10} ${y - height}l${width / 2 + 10} -${width * 0.42} ${width / 2 + 10} ${width * 0.42}z`, roof) +
  rect(x + width * 0.2, y - height * 0.75, width * 0.2, height * 0.28, '#ffe7a8') +
  rect(x + width * 0.6, y - height * 0.75, width * 0.2, height * 0.28, '#ffe7a8') +
  rect(x + width * 0.42, y - height * 0.36, width * 0.18, height * 0.36, '#5b4336');
const bird = (x, y, size, stroke) =>
  line(
    `M${x - size} ${y - size * 0.4}q${size * 0.6} -${size * 0.3} ${size} ${size * 0.4}q${size * 0.4} -${size * 0.7} ${size} -${size * 0.4}`,
    stroke,
    size / 6,
  );

export const SCENES = {
  boat: scene(
    sky('s', '#9fd3e8', '#fbe6cf') + sky('w', '#5fa3b8', '#2c6c84'),
    ground('s') +
      circle(620, 150, 54, '#fff3cf') +
      path('M0 330l140-90 120 70 160-120 180 120 200-70v120H0z', '#7fa4a6') +
      rect(0, 350, 800, 250, 'url(#w)') +
      path('M270 400h270l-48 62H318z', '#b8322b') +
      path('M318 462h174l-30 44H350z', '#b8322b', 'opacity=".28"') +
      rect(398, 200, 9, 202, '#5b4336') +
      path('M412 210l96 170h-96z', '#fdf6e8') +
      path('M392 240l-80 140h80z', '#f3e3c6') +
      many(7, (i) => line(`M${70 + i * 105} ${430 + (i % 3) * 50}q18 -8 36 0`, '#d7eef2', 4, 'opacity=".6"')),
  ),
  lighthouse: scene(
    sky('s', '#2b3f66', '#f0a97c'),
    ground('s') +
      circle(180, 330, 60, '#ffd9a0') +
      rect(0, 400, 800, 200, '#35587a') +
      path('M390 430q120 -70 410 -40v210H330z', '#4a4038') +
      path('M540 400l22-250h56l22 250z', '#f6efe4') +
      path('M548 320h84l5 52h-94z', '#c23b32') +
      path('M558 210h64l4 50h-72z', '#c23b32') +
      rect(552, 120, 76, 34, '#2c2f3a') +
      rect(570, 124, 40, 28, '#ffe69a') +
      path('M548 120l42-36 42 36z', '#c23b32') +
      path('M570 134L120 60v130z', '#ffe69a', 'opacity=".28"') +
      many(6, (i) => line(`M${30 + i * 60} ${440 + (i % 2) * 50}q20 -9 40 0`, '#9dbbd0', 4, 'opacity=".7"')),
  ),
  mountains: scene(
    sky('s', '#6fa8dc', '#eaf3f7'),
    ground('s') +
      path('M0 420L190 170l120 150 130-210 210 280 150-120v330H0z', '#6f7f95') +
      path('M190 170l-46 60 40-8 26 24 22-30zM440 110l-52 84 44-16 34 34 34-28z', '#fff') +
      path('M0 430q200-80 400-20t400-10v200H0z', '#5d8a57') +
      path('M0 500q240-60 470 0t330-20v120H0z', '#44703f') +
      many(9, (i) => fir(50 + i * 92, 505 + (i % 3) * 26, 80 + (i % 4) * 16, i % 2 ? '#24513a' : '#2d6146')) +
      bird(520, 120, 22, '#34495e') +
      bird(590, 160, 16, '#34495e'),
  ),
  bridge: scene(
    sky('s', '#131a35', '#46406f') + sky('w', '#27305c', '#11162e'),
    ground('s') +
      circle(650, 110, 38, '#f6f0d8') +
      many(26, (i) => circle((i * 131) % 800, (i * 71) % 260, 1.6, '#fff', 'opacity=".8"')) +
      rect(0, 380, 800, 220, 'url(#w)') +
      path('M0 330h800v44H0z', '#3b3f52') +
      many(3, (i) => path(`M${20 + i * 270} 374a110 110 0 0 1 220 0h-24a86 86 0 0 0-172 0z`, '#2b2e40')) +
      many(
        6,
        (i) =>
          rect(66 + i * 132, 250, 6, 82, '#1d1f2c') +
          circle(69 + i * 132, 246, 15, '#ffd27a') +
          circle(69 + i * 132, 246, 40, '#ffd27a', 'opacity=".22"') +
          rect(64 + i * 132, 390, 10, 150, '#ffd27a', 'opacity=".32"'),
      ),
  ),
  bread: scene(
    '<radialGradient id="b"><stop stop-color="#d99a4e"/><stop offset="1" stop-color="#9c5a24"/></radialGradient>',
    rect(0, 0, 800, 600, '#efe6d8') +
      rect(0, 330, 800, 270, '#b98a5c') +
      many(5, (i) => line(`M0 ${370 + i * 50}h800`, '#a67848', 3)) +
      '<ellipse cx="400" cy="350" rx="260" ry="150" fill="#7c4a20" opacity=".35" transform="translate(14 36)"/><ellipse cx="400" cy="330" rx="258" ry="148" fill="url(#b)"/>' +
      many(4, (i) => line(`M${250 + i * 90} ${290 - (i % 2) * 16}q40 40 34 100`, '#f0cf9a', 12)) +
      many(16, (i) => circle(180 + ((i * 97) % 440), 470 + ((i * 37) % 90), 3, '#fff7e8')),
  ),
  reading: scene(
    sky('s', '#463326', '#2b1f18'),
    ground('s') +
      many(
        4,
        (row) =>
          rect(40, 60 + row * 96, 720, 10, '#6d4c33') +
          many(28, (i) =>
            rect(
              48 + i * 25.4,
              78 + row * 96 - ((i * 7) % 4) * 5,
              19,
              78 + ((i * 7) % 4) * 5,
              ['#a4493d', '#3f6f73', '#c99a4b', '#5d6b8a', '#7d8a55'][(i * 3 + row) % 5],
            ),
          ),
      ) +
      rect(0, 450, 800, 150, '#7a5436') +
      many(
        3,
        (i) =>
          rect(176 + i * 220, 380, 8, 72, '#2f2a26') +
          path(`M${130 + i * 220} 382l22-52h56l22 52z`, '#3f8a5c') +
          path(`M${130 + i * 220} 382h100l40 76H${90 + i * 220}z`, '#ffe2a0', 'opacity=".4"'),
      ) +
      many(3, (i) => path(`M${128 + i * 220} 500l52-14 52 14v12l-52-12-52 12z`, '#fff8e8')),
  ),
  market: scene(
    sky('s', '#bfe3f2', '#f6efe0'),
    ground('s') +
      house(60, 420, 150, 220, '#e7c9a4', '#9a4f3c') +
      house(220, 420, 130, 260, '#d8dcc6', '#6d7a5c') +
      house(470, 420, 140, 240, '#e9b8a0', '#8b4a3a') +
      house(620, 420, 150, 200, '#cfd9e2', '#566a80') +
      rect(0, 420, 800, 180, '#cbb898') +
      many(
        3,
        (i) =>
          many(6, (k) =>
            path(
              `M${70 + i * 235 + k * 32} 380h32v40q-16 16-32 0z`,
              k % 2 ? '#fff6ea' : ['#c23b32', '#2f7d6b', '#d08a2a'][i],
            ),
          ) +
          rect(74 + i * 235, 424, 6, 110, '#6b5138') +
          rect(254 + i * 235, 424, 6, 110, '#6b5138') +
          rect(70 + i * 235, 490, 194, 46, '#8a6543') +
          many(8, (k) => circle(86 + i * 235 + k * 23, 484, 13, ['#d9442f', '#e8a33b', '#7fae3f'][(k + i) % 3])),
      ),
  ),
  forest: scene(
    sky('s', '#f6dfb2', '#e79a62'),
    ground('s') +
      circle(400, 250, 80, '#fff1cf') +
      path('M0 400q400-80 800 0v200H0z', '#8b5a34') +
      path('M330 600q40-120 60-190h30q10 80 90 190z', '#d9b07a') +
      many(10, (i) => {
        const x = i < 5 ? 20 + i * 62 : 480 + (i - 5) * 68;
        const y = 430 + (i % 3) * 34;
        return (
          rect(x + 22, y - 150, 16, 160, '#4b3422') +
          circle(x + 30, y - 180, 56, ['#b6481f', '#d9772b', '#c99a2e'][i % 3]) +
          circle(x, y - 150, 40, ['#c55d24', '#e08f35', '#b8842a'][i % 3])
        );
      }) +
      many(
        18,
        (i) =>
          `<ellipse cx="${(i * 173) % 800}" cy="${500 + ((i * 53) % 90)}" rx="9" ry="5" fill="${i % 2 ? '#e08f35' : '#b6481f'}"/>`,
      ),
  ),
  frost: scene(
    sky('s', '#dbe9f4', '#b9d0e3'),
    ground('s') +
      path('M0 380q260-70 480-10t320-20v250H0z', '#eef5fa') +
      path('M0 470q300-50 800 20v110H0z', '#fff') +
      line(
        'M400 520V180M400 360L300 250M400 330l110-120M400 270l-64-80M300 250l-10-60M510 210l10-56M460 264l64-6M345 300l-70-8',
        '#5b6a78',
        10,
      ) +
      many(40, (i) => circle((i * 199) % 800, (i * 83) % 560, 2 + (i % 3), '#fff')) +
      bird(520, 205, 18, '#2f3b46'),
  ),
  cat: scene(
    '',
    rect(0, 0, 800, 600, '#dfe8df') +
      rect(120, 40, 560, 400, '#fff', 'stroke="#b9a58a" stroke-width="16"') +
      rect(132, 52, 536, 376, '#a8d2e6') +
      path('M132 340q160-90 300-20t236-30v138H132z', '#7fae6f') +
      rect(394, 40, 12, 400, '#b9a58a') +
      rect(60, 440, 680, 34, '#c9b493') +
      path('M300 440q-20-130 60-150l-6-56 36 30h40l36-30-6 56q90 30 70 150z', '#3c3a3d') +
      circle(384, 300, 7, '#c8e06a') +
      circle(436, 300, 7, '#c8e06a') +
      line('M520 430q90 -10 80 -90', '#3c3a3d', 20) +
      rect(610, 350, 70, 90, '#b4613d') +
      circle(645, 320, 44, '#5b9a57') +
      circle(616, 338, 26, '#6aa966'),
  ),
  board: scene(
    '',
    rect(0, 0, 800, 600, '#e6e3dd') +
      rect(70, 60, 660, 440, '#fff', 'rx="10" stroke="#9aa3a8" stroke-width="10"') +
      line('M140 430V130M140 430h520', '#54606a', 6) +
      many(6, (i) =>
        rect(
          170 + i * 80,
          430 - [70, 110, 96, 160, 206, 262][i],
          48,
          [70, 110, 96, 160, 206, 262][i],
          i === 5 ? '#0b7c86' : '#9cc9cd',
          'rx="4"',
        ),
      ) +
      line('M190 350l80-44 80 18 80-70 80-44 80-60', '#c2562e', 6) +
      rect(520, 100, 150, 92, '#ffe68a', 'transform="rotate(4 595 146)"') +
      line('M542 130h104M542 154h80', '#8a7a3a', 6),
  ),
  desk: scene(
    sky('s', '#efe7dc', '#e2d3bf'),
    ground('s') +
      rect(0, 410, 800, 190, '#a9764a') +
      rect(240, 170, 320, 210, '#2e3338', 'rx="14"') +
      rect(256, 186, 288, 178, '#12303a') +
      path('M200 380h400l40 40H160z', '#4a5158') +
      many(6, (i) =>
        rect(
          276,
          206 + i * 24,
          [150, 210, 120, 190, 90, 160][i],
          10,
          ['#7fd3d8', '#f2c879', '#94ddb0'][i % 3],
          'rx="5"',
        ),
      ) +
      path('M640 350h80v56q0 24-24 24h-32q-24 0-24-24z', '#c94f3d') +
      line('M720 366q34 4 24 34t-30 14', '#c94f3d', 10) +
      many(3, (i) => line(`M${660 + i * 20} 330q-10 -20 0 -36t0 -34`, '#fff', 5, 'opacity=".7"')) +
      rect(80, 330, 60, 90, '#5d6b8a') +
      path('M110 330q-60-60-30-130 50 40 30 130 10-100 70-120 10 80-70 120z', '#4f8f5c'),
  ),
};

const face = (background, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><rect width="160" height="160" fill="${background}"/>${body}</svg>`;

/** Avatars of 160 × 160 pixels. */
export const AVATARS = {
  square: face('#f2b263', house(46, 128, 68, 56, '#fff6e6', '#a6402f') + circle(128, 34, 16, '#fff3cf')),
  walks: face(
    '#3f7f93',
    rect(34, 58, 92, 62, '#f7f2e8', 'rx="12"') +
      rect(60, 44, 34, 18, '#f7f2e8', 'rx="6"') +
      circle(80, 88, 22, '#274a57') +
      circle(80, 88, 11, '#8fc5d3'),
  ),
  work: face(
    '#5c5f9c',
    rect(46, 34, 68, 92, '#fffaf0', 'rx="8"') +
      many(4, (i) => rect(58, 52 + i * 17, i === 3 ? 26 : 44, 7, '#5c5f9c', 'rx="3"')),
  ),
};
