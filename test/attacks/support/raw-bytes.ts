import { connect } from 'node:net';

/** Sends what need not be a request. @returns all that came back until the line was closed */
export function rawBytes(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.on('close', () => resolve(answer));
    // A line that is reset after the answer has said what it had to say.
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
  });
}
