// A camera that shows a drawn person, for pictures of calls. Runs in the page: `page.addInitScript(paintCamera, look)`.

/** Colours of five people and the walls behind them. */
export const looks = {
  sanna: { wall: ['#efe3d3', '#cdbba2'], hair: '#d7ae5f', skin: '#edc8ad', shirt: '#2f6f69', long: true },
  noor: { wall: ['#ebe6ef', '#c3b9cc'], hair: '#5b4a7e', skin: '#d6a67f', shirt: '#41355f', long: true },
  idris: { wall: ['#b9cbc6', '#86a29b'], hair: '#1d1715', skin: '#6b4530', shirt: '#c9d0cd', long: false },
  ada: { wall: ['#dadccd', '#a9b098'], hair: '#bdbdbd', skin: '#e6bfa8', shirt: '#7a3c48', long: true },
  jonas: { wall: ['#e9d9c6', '#c0a387'], hair: '#a4562f', skin: '#e8c3a5', shirt: '#4a6b8a', long: false },
};

/** Replaces the page's camera by a drawing that breathes a little; microphones stay as they are. */
export function paintCamera(look) {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const width = 1280;
  const height = 720;

  const ellipse = (context, x, y, across, down, colour) => {
    context.fillStyle = colour;
    context.beginPath();
    context.ellipse(x, y, across, down, 0, 0, Math.PI * 2);
    context.fill();
  };

  const draw = (context, time) => {
    const wall = context.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, look.wall[0]);
    wall.addColorStop(1, look.wall[1]);
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    const lift = Math.sin(time / 900) * 4;
    if (look.long) {
      ellipse(context, 640, 330 + lift, 172, 205, look.hair);
      context.fillStyle = look.hair;
      context.fillRect(470, 330 + lift, 340, 250);
    } else ellipse(context, 640, 262 + lift, 140, 140, look.hair);
    ellipse(context, 640, 760 + lift / 2, 330, 260, look.shirt);
    context.fillStyle = look.skin;
    context.fillRect(582, 420 + lift, 116, 120);
    ellipse(context, 640, 535 + lift, 58, 42, look.skin);
    ellipse(context, 640, 330 + lift, 122, 150, look.skin);
    context.fillStyle = look.hair;
    context.beginPath();
    context.ellipse(640, 262 + lift, 128, 98, 0, Math.PI, Math.PI * 2);
    context.fill();
    for (const x of [592, 688]) ellipse(context, x, 322 + lift, 11, 12, '#1b1717');
    context.strokeStyle = 'rgb(60 40 35 / 0.75)';
    context.lineWidth = 9;
    context.lineCap = 'round';
    context.beginPath();
    context.arc(640, 372 + lift, 42, 0.5, Math.PI - 0.5);
    context.stroke();
  };

  mediaDevices.getUserMedia = async (constraints) => {
    if (!constraints.video) return open(constraints);
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    draw(context, 0);
    setInterval(() => draw(context, performance.now()), 66);
    const stream = canvas.captureStream(15);
    if (constraints.audio) for (const track of (await open({ audio: constraints.audio })).getTracks()) stream.addTrack(track);
    return stream;
  };
}

/** Replaces what is shared by a drawn plan of a market. */
export function paintScreen() {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 1600;
    canvas.height = 900;
    const context = canvas.getContext('2d');
    const box = (x, y, w, h, colour, edge) => {
      context.fillStyle = colour;
      context.strokeStyle = edge ?? colour;
      context.lineWidth = 2;
      context.beginPath();
      context.roundRect(x, y, w, h, 10);
      context.fill();
      context.stroke();
    };
    const words = (text, x, y, size = 20, colour = '#20302f', weight = 600) => {
      context.fillStyle = colour;
      context.font = `${weight} ${size}px Figtree, sans-serif`;
      context.fillText(text, x, y);
    };
    const draw = () => {
      box(0, 0, 1600, 900, '#f6f5f1');
      box(-20, -20, 1640, 92, '#ffffff', '#dddddd');
      words('Stall plan, third draft', 40, 48, 26);
      box(120, 130, 1180, 700, '#ecebe0');
      words('Courtyard', 150, 178, 22, '#5c5b4f');
      box(160, 210, 300, 90, '#c9dac7');
      words('Fire and benches', 190, 262);
      box(860, 210, 300, 90, '#cfd8e6');
      words('Music corner', 890, 262);
      ['Soup', 'Bread', 'Wool', 'Honey', 'Cards', 'Candles', 'Toys', 'Waffles', 'Cider', 'Books', 'Repairs', 'Plants'].forEach((name, index) => {
        const x = 160 + (index % 6) * 185;
        const y = index < 6 ? 350 : 610;
        box(x, y, 160, 110, '#ffffff', '#b9b7aa');
        words(name, x + 20, y + 48);
        words(`Stall ${index + 1}`, x + 20, y + 80, 17, '#6f6e64', 400);
      });
      box(120, 500, 1180, 76, '#dcd6c6');
      words('Main path, 3 m, keep clear', 580, 546, 19, '#6a6453', 400);
    };
    draw();
    setInterval(draw, 200);
    return canvas.captureStream(5);
  };
}
