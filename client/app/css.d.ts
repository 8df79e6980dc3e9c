/** Vite collects the style sheets into app.css. */
declare module '*.css';
