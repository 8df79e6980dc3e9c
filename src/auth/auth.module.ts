import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { LoginThrottle } from './login-throttle';
import { PasswordResets } from './password-resets';
import { UserRepository } from './user.repository';

@Module({
  imports: [SessionModule],
  controllers: [AuthController],
  providers: [AuthService, LoginThrottle, PasswordResets, UserRepository],
  exports: [AuthService, UserRepository],
})
export class AuthModule {}
