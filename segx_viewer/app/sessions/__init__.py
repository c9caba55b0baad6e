"""What outlives the window: sessions, exports, and the one running instance."""
