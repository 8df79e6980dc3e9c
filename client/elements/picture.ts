/** Where our server has the pictures of instances: no browser talks to one. */
export const avatarPath = (platformId: number): string => `/api/platforms/${platformId}/avatar`;

export const picturePath = (imageId: number): string => `/api/media/${imageId}/picture`;
