import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CurrentSession, RequireSession, type SessionContext } from 'vedfolnir';

/** A gateway of the application's own, on a namespace of its own; its messages take signed-in callers. */
@WebSocketGateway({ namespace: '/chat' })
export class ChatGateway {
  @SubscribeMessage('whoami')
  @RequireSession()
  whoami(@CurrentSession() session: SessionContext): string {
    return session.user.username;
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() text: string): string {
    return text;
  }
}
