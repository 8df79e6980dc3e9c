/** Describes the socket as an AsyncAPI document, from the types that server and client are compiled with. */
import { referredSchemas, type Schema } from './wire-schemas';

interface Message {
  name: string;
  payload: Schema;
}

/** Schema names such as `Event_platform_switched` become the event `platform:switched`. */
function messagesOf(schemas: Record<string, Schema>, prefix: string): Record<string, Message> {
  const messages: Record<string, Message> = {};
  for (const key of Object.keys(schemas).filter((name) => name.startsWith(`${prefix}_`))) {
    const name = key.slice(prefix.length + 1);
    messages[name] = { name: name.replace('_', ':'), payload: schemas[key]! };
  }
  return messages;
}

const refer = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });

export function describeSocket(schemas: Record<string, Schema>): object {
  const events = messagesOf(schemas, 'Event');
  const clientMessages = messagesOf(schemas, 'Message');
  const replies = messagesOf(schemas, 'Reply');
  const answers = Object.fromEntries(Object.entries(replies).map(([name, reply]) => [`${name}_reply`, reply]));
  const messages = { ...events, ...clientMessages, ...answers };
  const operations: Record<string, object> = {};
  for (const name of Object.keys(events)) {
    operations[name] = { action: 'send', channel: refer('channels', 'socket'), messages: [inChannel(name)] };
  }
  for (const name of Object.keys(clientMessages)) {
    const reply = { channel: refer('channels', 'socket'), messages: [inChannel(`${name}_reply`)] };
    operations[name] = { action: 'receive', channel: refer('channels', 'socket'), messages: [inChannel(name)], reply };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Vedfolnir socket',
      version: '1.0',
      description:
        'Socket.IO 4 over WebSocket only. The cookie of the session authenticates the handshake, whose `auth` is the ' +
        'schema Handshake; a refused one is a connect_error with `error_code` in its data. Every message of a client is acknowledged with its reply.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    channels: {
      socket: {
        address: '/socket.io',
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, refer('components', 'messages', name)]),
        ),
      },
    },
    operations,
    components: {
      messages,
      schemas: { Handshake: schemas.Handshake, ...referredSchemas(schemas, [messages, schemas.Handshake]) },
    },
  };
}

const inChannel = (message: string) => refer('channels', 'socket', 'messages', message);
