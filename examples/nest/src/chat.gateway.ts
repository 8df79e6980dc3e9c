import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CurrentSession, RequireSession, type SessionContext } from 'vedfolnir';

/** The application's own gateway, on a separate namespace; its messages require a session. */
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
