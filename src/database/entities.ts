import { AuditEvent } from './entities/audit-event.entity';
import { Image } from './entities/image.entity';
import { PlatformConnection } from './entities/platform-connection.entity';
import { Post } from './entities/post.entity';
import { User } from './entities/user.entity';
import { UserSession } from './entities/user-session.entity';

export const ENTITIES = [User, PlatformConnection, UserSession, Post, Image, AuditEvent];
