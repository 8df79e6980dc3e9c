import { AuditEvent } from './entities/audit-event.entity';
import { Image } from './entities/image.entity';
import { Installation } from './entities/installation.entity';
import { MediaChunk } from './entities/media-chunk.entity';
import { OAuthApp } from './entities/oauth-app.entity';
import { OAuthState } from './entities/oauth-state.entity';
import { PasswordReset } from './entities/password-reset.entity';
import { PlatformConnection } from './entities/platform-connection.entity';
import { Post } from './entities/post.entity';
import { RateLimitPause } from './entities/rate-limit-pause.entity';
import { StatusImport } from './entities/status-import.entity';
import { User } from './entities/user.entity';
import { UserSession } from './entities/user-session.entity';

export const ENTITIES = [
  User,
  PlatformConnection,
  UserSession,
  Post,
  Image,
  MediaChunk,
  StatusImport,
  OAuthApp,
  OAuthState,
  AuditEvent,
  Installation,
  PasswordReset,
  RateLimitPause,
];
